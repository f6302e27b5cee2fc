-- Appends a message to a session's standing log and tells which connection reads it.
--
-- KEYS[1] session   KEYS[2] standing
-- ARGV[1] data   ARGV[2] how many to keep, about   ARGV[3] how long to keep them, ms
-- Returns { position, the position before it, holder's pod or nil, holder's connection or nil }; nil: no such session.

local session = redis.call('HMGET', KEYS[1], 'r', 'hp', 'hc', 'sp')
if not session[1] then return false end
local position = redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], '*', 'd', ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
redis.call('HSET', KEYS[1], 'sp', position)
return { position, session[4] or '0-0', session[2], session[3] }
