// Print what @photon-ai/imessage-kit makes of each row of a chat.db, as JSON lines.
//
// The adapter `adapters/imessage_kit.py` makes readings of them.

import { IMessageSDK } from '@photon-ai/imessage-kit'

// It refuses other systems because of what sends; what reads is SQL and JavaScript.
Object.defineProperty(process, 'platform', { value: 'darwin' })

const APPLE = Date.UTC(2001, 0, 1)
const NAMES = {
  love: 'loved',
  like: 'liked',
  dislike: 'disliked',
  laugh: 'laughed',
  emphasize: 'emphasized',
  question: 'questioned',
}
const EVENTS = { memberAdded: 'added', memberRemoved: 'removed', nameChanged: 'renamed' }

const seconds = (date) => (date ? Math.floor((date.getTime() - APPLE) / 1000) : null)

function reaction({ reaction: said }) {
  if (!said || said.kind === 'pollVote') return null
  const [, part, target] = said.targetMessageId.match(/^(?:p:(\d+)\/|bp:)?(.+)$/)
  const kind = said.emoji ?? NAMES[said.kind] ?? said.kind
  return [kind, target, part === undefined ? null : Number(part), said.isRemoved]
}

const vote = ({ reaction: said }) =>
  said?.kind === 'pollVote' ? said.targetMessageId.replace(/^(?:p:\d+\/|bp:)/, '') : null

function event(message) {
  const kind = EVENTS[message.kind]
  return kind ? [kind, message.affectedParticipant, message.newGroupName] : null
}

function status(message) {
  if (!message.isFromMe) return null
  if (message.hasError) return 'failed'
  if (message.scheduleStatus === 'pending') return 'scheduled'
  if (!message.isSent) return 'sending'
  if (message.readAt) return 'read'
  return message.isDelivered ? 'delivered' : 'sent'
}

function line(message) {
  const files = message.attachments
  return {
    guid: message.id,
    chat: message.chatId,
    sender: message.isFromMe ? null : (message.participant ?? ''),
    date: seconds(message.createdAt),
    service: message.service,
    text: message.text,
    read: seconds(message.readAt),
    delivered: seconds(message.deliveredAt),
    played: seconds(message.playedAt),
    changed: seconds(message.editedAt),
    unsent: message.retractedAt !== null,
    is_reply: message.threadRootMessageId !== null,
    reply_to: message.threadRootMessageId,
    effect: message.sendEffect,
    has_files: message.hasAttachments,
    names: files.map((file) => file.fileName),
    files: files.map((file) => file.localPath),
    guids: files.map((file) => file.id),
    genmoji: files.map((file) => file.altText).find(Boolean) ?? null,
    reaction: reaction(message),
    vote: vote(message),
    event: event(message),
    status: status(message),
    scheduled: message.scheduleStatus === 'pending' ? seconds(message.createdAt) : null,
  }
}

const sdk = new IMessageSDK({ databasePath: process.argv[2] })
const chats = await sdk.listChats()
const said = chats.map(({ chatId, name, kind }) => ({
  chat_guid: chatId,
  name,
  is_group: kind === 'group',
}))
const messages = await sdk.getMessages()
for (const each of [...said, ...messages.map(line)]) console.log(JSON.stringify(each))
await sdk.close()
