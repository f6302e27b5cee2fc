import { inputRequired, inputResponse, type McpServer } from '@modelcontextprotocol/server';
import { say } from './content.ts';
import { askFor, sample } from './inputs.ts';

/** Tools of the stateless scenarios: what a request may rely on, and what reaches listen streams. */
export function registerStatelessTools(server: McpServer): void {
  server.registerTool('test_missing_capability', { description: 'Needs sampling.' }, (ctx) => {
    if (inputResponse(ctx.mcpReq.inputResponses, 'thought').kind === 'sampling') return say('The model has spoken.');
    return inputRequired({ inputRequests: { thought: sample('Say something.') } });
  });

  server.registerTool('test_streaming_elicitation', { description: 'Logs, then asks.' }, async (ctx) => {
    await ctx.mcpReq.log('info', 'About to ask.');
    if (inputResponse(ctx.mcpReq.inputResponses, 'name').kind === 'elicit') return say('Answered.');
    return inputRequired({ inputRequests: { name: askFor('name', 'What is your name?') } });
  });

  server.registerTool('test_logging_tool', { description: 'Logs to those who asked for it.' }, async (ctx) => {
    await ctx.mcpReq.log('debug', 'A detail.');
    await ctx.mcpReq.log('info', 'Something to know.');
    await ctx.mcpReq.log('error', 'Something to fix.');
    return say('Logged.');
  });

  server.registerTool('test_trigger_tool_change', { description: 'Announces other tools.' }, () => {
    server.sendToolListChanged();
    return say('Announced.');
  });

  server.registerTool('test_trigger_prompt_change', { description: 'Announces other prompts.' }, () => {
    server.sendPromptListChanged();
    return say('Announced.');
  });
}
