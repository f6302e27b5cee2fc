-- Forgets that a request is cancelled.
--
-- KEYS[1] cancelled
-- ARGV[1] request id (JSON)
-- Returns 1, or 0: the store does not remember it (any more).

local till = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not till then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
local time = redis.call('TIME')
if tonumber(till) > time[1] * 1000 + math.floor(time[2] / 1000) then return 1 end
return 0
