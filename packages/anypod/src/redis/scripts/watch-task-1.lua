-- Reads a task, and notes that a pod watches it.
--
-- KEYS[1] task
-- ARGV[1] the pod's field
-- Returns the task's fields and values in turn; empty: there is no such task.

if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], ARGV[1], '1') end
return redis.call('HGETALL', KEYS[1])
