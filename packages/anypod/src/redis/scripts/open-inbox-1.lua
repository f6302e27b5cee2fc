-- Creates a pod's inbox if it is missing, with a first entry that nobody reads.
--
-- KEYS[1] inbox
-- ARGV[1] how long to keep an inbox that nobody renews, ms
-- Returns the position to read from.

local position = redis.call('XADD', KEYS[1], '*', 'm', '{"type":"opened"}')
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return position
