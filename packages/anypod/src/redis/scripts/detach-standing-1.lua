-- Takes a connection off a session's standing log, if it is still the one.
--
-- KEYS[1] session
-- ARGV[1] holder's pod   ARGV[2] holder's connection
-- Returns how many fields were removed.

local holder = redis.call('HMGET', KEYS[1], 'hp', 'hc')
if holder[1] ~= ARGV[1] or holder[2] ~= ARGV[2] then return 0 end
return redis.call('HDEL', KEYS[1], 'hp', 'hc')
