-- Removes a session. The caller removes the logs of its exchanges, since only the index knows their names.
--
-- KEYS[1] session   KEYS[2] subscriptions   KEYS[3] cancelled   KEYS[4] questions   KEYS[5] standing   KEYS[6] streams
-- Returns { the session's field names, the names of its streams }; the first is empty: no such session.

local fields = redis.call('HKEYS', KEYS[1])
local streams = redis.call('ZRANGE', KEYS[6], 0, -1)
redis.call('DEL', unpack(KEYS))
return { fields, streams }
