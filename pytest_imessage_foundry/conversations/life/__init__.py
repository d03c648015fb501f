"""What years of use make of a phone: states of its chats, messages and files, by draws.

`draws` says how often each state is met and who reported it, `population` adds the long
tail of people, `chat_states` draws what each chat has, `message_states` and
`file_states` what each of its messages and files has.
"""
