-- Removes a follower from a log, if it is still the registered one.
--
-- KEYS[1] stream state
-- ARGV[1] follower's pod   ARGV[2] follower's connection
-- Returns how many fields were removed.

local follower = redis.call('HMGET', KEYS[1], 'p', 'c')
if follower[1] ~= ARGV[1] or follower[2] ~= ARGV[2] then return 0 end
return redis.call('HDEL', KEYS[1], 'p', 'c')
