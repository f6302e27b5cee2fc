-- Stores the first answer to a question.
--
-- KEYS[1] questions
-- ARGV[1] the question's owner field   ARGV[2] its answer field   ARGV[3] answer
-- Returns the owner; nil: no such question, or it is answered.

local owner = redis.call('HGET', KEYS[1], ARGV[1])
if not owner or redis.call('HSETNX', KEYS[1], ARGV[2], ARGV[3]) == 0 then return false end
return owner
