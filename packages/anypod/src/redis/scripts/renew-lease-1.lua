-- Renews a pod's lease by the server's clock, and forgets the leases that ran out long ago.
--
-- KEYS[1] pods
-- ARGV[1] pod   ARGV[2] lease, ms   ARGV[3] how long to remember a lease that ran out, ms
-- Returns how many leases were forgotten.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
return redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
