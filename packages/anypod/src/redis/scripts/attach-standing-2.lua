-- Makes a connection the one that reads a session's standing log, and reads what it lacks.
--
-- KEYS[1] session   KEYS[2] standing
-- ARGV[1] holder's pod   ARGV[2] holder's connection   ARGV[3] the last position it has; '' : none, it wants no replay
-- Returns { entries, the newest position, previous pod or nil, previous connection or nil }; nil: no such session.

local session = redis.call('HMGET', KEYS[1], 'r', 'hp', 'hc', 'sp')
if not session[1] then return false end
redis.call('HSET', KEYS[1], 'hp', ARGV[1], 'hc', ARGV[2])
local entries = {}
if ARGV[3] ~= '' then entries = redis.call('XRANGE', KEYS[2], '(' .. ARGV[3], '+') end
return { entries, session[4] or '0-0', session[2], session[3] }
