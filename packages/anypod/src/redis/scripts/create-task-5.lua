-- Stores a new task: queued, or running on a pod.
--
-- KEYS[1] task   KEYS[2] all tasks   KEYS[3] the owner's tasks   KEYS[4] those of them that have not ended
-- KEYS[5] the queue, or the set of the pod that runs it
-- ARGV[1] id   ARGV[2] call   ARGV[3] how long to keep it, ms   ARGV[4] limit   ARGV[5] 1: may run again   ARGV[6] pod, or empty
-- Returns 'stored'; 'exists': there is a task of this id; or 'full': the owner has too many tasks that have not ended.

if redis.call('EXISTS', KEYS[1]) == 1 then return 'exists' end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local expires = now + ARGV[3]
for index = 2, 4 do redis.call('ZREMRANGEBYSCORE', KEYS[index], '-inf', now) end
if redis.call('ZCARD', KEYS[4]) >= tonumber(ARGV[4]) then return 'full' end

local running = ARGV[6] ~= ''
redis.call('HSET', KEYS[1], 'c', ARGV[2], 'u', now, 'n', 0, 's', ARGV[5], 'e', running and 1 or 0)
redis.call('HSET', KEYS[1], 'p', running and 'running' or 'queued')
redis.call('PEXPIRE', KEYS[1], ARGV[3])
for index = 2, 4 do redis.call('ZADD', KEYS[index], expires, ARGV[1]) end
if running then
  redis.call('HSET', KEYS[1], 'o', ARGV[6])
  redis.call('SADD', KEYS[5], ARGV[1])
else
  redis.call('XADD', KEYS[5], '*', 't', ARGV[1])
end
for index = 2, running and 5 or 4 do
  if redis.call('PTTL', KEYS[index]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[index], ARGV[3]) end
end
return 'stored'
