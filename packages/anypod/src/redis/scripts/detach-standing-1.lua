-- Removes a connection from a session's standing log and notes how far it got, if it still reads it.
--
-- KEYS[1] session
-- ARGV[1] holder's pod   ARGV[2] holder's connection   ARGV[3] the last position it has   ARGV[4] the same in the log of changes
-- Returns how many fields were removed.

local holder = redis.call('HMGET', KEYS[1], 'hp', 'hc')
if holder[1] ~= ARGV[1] or holder[2] ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'dp', ARGV[3], 'dc', ARGV[4])
return redis.call('HDEL', KEYS[1], 'hp', 'hc')
