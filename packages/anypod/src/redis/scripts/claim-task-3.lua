-- Takes a task from the queue for a pod. If the reply was lost, the same entry takes it again.
--
-- KEYS[1] task   KEYS[2] queue   KEYS[3] the pod's tasks
-- ARGV[1] the queue's group   ARGV[2] entry   ARGV[3] id   ARGV[4] pod
-- Returns the task's fields and values in turn; nil: it is gone, has ended, or runs.

redis.call('XACK', KEYS[2], ARGV[1], ARGV[2])
redis.call('XDEL', KEYS[2], ARGV[2])
local task = redis.call('HMGET', KEYS[1], 'p', 'y')
if task[1] == 'running' and task[2] == ARGV[2] then return redis.call('HGETALL', KEYS[1]) end
if task[1] ~= 'queued' then return false end
local time = redis.call('TIME')
redis.call('HINCRBY', KEYS[1], 'e', 1)
redis.call('HSET', KEYS[1], 'p', 'running', 'o', ARGV[4], 'y', ARGV[2], 'u', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('SADD', KEYS[3], ARGV[3])
local keep = redis.call('PTTL', KEYS[1])
if redis.call('PTTL', KEYS[3]) < keep then redis.call('PEXPIRE', KEYS[3], keep) end
return redis.call('HGETALL', KEYS[1])
