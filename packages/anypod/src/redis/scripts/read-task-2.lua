-- Reads a task of an owner, and notes that a pod watches it. A task of another owner costs what an unknown one costs.
--
-- KEYS[1] task   KEYS[2] the owner's tasks, or all tasks
-- ARGV[1] id   ARGV[2] the pod's field; '' : it does not watch
-- Returns the task's fields and values in turn; empty: there is no such task, or it has another owner.

if not redis.call('ZSCORE', KEYS[2], ARGV[1]) or redis.call('EXISTS', KEYS[1]) == 0 then return {} end
if ARGV[2] ~= '' then redis.call('HSET', KEYS[1], ARGV[2], '1') end
return redis.call('HGETALL', KEYS[1])
