-- Lists the pods whose lease has run out by the server's clock, and that no pod has forgotten yet.
--
-- KEYS[1] pods
-- Returns their ids.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)
