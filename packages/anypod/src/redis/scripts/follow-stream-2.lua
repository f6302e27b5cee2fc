-- Registers the one follower of a log that has not ended, and reads the events that it lacks.
--
-- KEYS[1] stream state   KEYS[2] stream
-- ARGV[1] the last seq it has   ARGV[2] follower's pod   ARGV[3] follower's connection   ARGV[4] '1': only if nobody follows
-- Returns { 1 if ended, else 0; entries; the newest removed seq or nil; previous follower's pod or nil, connection or nil }; nil: no such log.

local state = redis.call('HMGET', KEYS[1], 'n', 'd', 't', 'p', 'c')
if not state[1] then return false end
if not state[2] and not (ARGV[4] == '1' and state[4]) then redis.call('HSET', KEYS[1], 'p', ARGV[2], 'c', ARGV[3]) end
return { state[2] and 1 or 0, redis.call('XRANGE', KEYS[2], '(' .. ARGV[1] .. '-0', '+'), state[3], state[4], state[5] }
