-- Reads a session's standing log after a position, and tells which connection reads it.
--
-- KEYS[1] session   KEYS[2] standing
-- ARGV[1] the last position that the reader has
-- Returns { entries, holder's pod or nil, holder's connection or nil }; nil: no such session.

local session = redis.call('HMGET', KEYS[1], 'r', 'hp', 'hc')
if not session[1] then return false end
return { redis.call('XRANGE', KEYS[2], '(' .. ARGV[1], '+'), session[2], session[3] }
