-- Reads a log after a position.
--
-- KEYS[1] stream state   KEYS[2] stream
-- ARGV[1] the last seq that the reader has
-- Returns { 1 if ended, else 0; entries; the newest removed seq or nil }; nil: no such log.

local state = redis.call('HMGET', KEYS[1], 'n', 'd', 't')
if not state[1] then return false end
return { state[2] and 1 or 0, redis.call('XRANGE', KEYS[2], '(' .. ARGV[1] .. '-0', '+'), state[3] }
