-- Reads the answer to a question and removes the question; one that is not answered stays.
--
-- KEYS[1] questions
-- ARGV[1] the question's owner field   ARGV[2] its answer field
-- Returns the answer; nil: none.

local answer = redis.call('HGET', KEYS[1], ARGV[2])
if answer then redis.call('HDEL', KEYS[1], ARGV[1], ARGV[2]) end
return answer
