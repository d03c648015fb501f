/// The question to the file; the columns are taken in this order.
let messagesSQL = """
-- One row for each message and each tapback of a chat.db, oldest first.
--
-- `date` counts nanoseconds since 2001, and whole seconds in rows from before
-- macOS 10.13. An own message may name the handle of whom it went to. The
-- body of a row in Recently Deleted is still there; its chat is not.
SELECT
  m.ROWID AS rowid,
  m.guid AS guid,
  CASE WHEN m.associated_message_type BETWEEN 2000 AND 3007 THEN 'tapback'
       ELSE 'message' END AS kind,
  strftime('%Y-%m-%dT%H:%M:%SZ', CASE WHEN m.date < 100000000000 THEN m.date
    ELSE m.date / 1000000000 END + 978307200, 'unixepoch') AS date,
  CAST(CASE WHEN m.date < 100000000000 THEN m.date * 1000000000
    ELSE m.date END AS TEXT) AS date_ns,
  m.is_from_me AS from_me,
  CASE WHEN m.is_from_me THEN NULL ELSE h.id END AS sender,
  m.service AS service,
  c.guid AS chat,
  c.ROWID AS chat_rowid,
  m.text AS text,
  m.attributedBody AS body,
  m.associated_message_type AS type,
  m.associated_message_guid AS target
FROM message AS m
LEFT JOIN handle AS h ON h.ROWID = m.handle_id
LEFT JOIN chat AS c ON c.ROWID = (
  SELECT j.chat_id FROM chat_message_join AS j WHERE j.message_id = m.ROWID
  ORDER BY j.ROWID LIMIT 1)
WHERE m.item_type = 0
  AND (m.associated_message_type = 0
    OR m.associated_message_type BETWEEN 2000 AND 2007
    OR m.associated_message_type BETWEEN 3000 AND 3007
    OR m.associated_message_type IN (2, 3)
      AND coalesce(m.associated_message_guid, m.guid) = m.guid)
ORDER BY m.date, m.ROWID
"""
