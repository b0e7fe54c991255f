import type { Call } from './script.ts';
import type { OfferedTool, ToolCall } from './wire-format.ts';

/** Names of tools and of their parameters in agents, each list in the order of preference. */
const writeTools = ['Write', 'write', 'write_file'];
const pathNames = ['file_path', 'filePath', 'path'];
const contentNames = ['content'];
const shellTools = ['Bash', 'bash', 'run_shell_command', 'exec_command', 'shell_command'];
const commandNames = ['command', 'cmd'];

/** The call in the agent's own words. Throws when the agent offers no tool that could do it. */
export function translateCall(call: Call, offered: readonly OfferedTool[]): Omit<ToolCall, 'id'> {
  switch (call.tool) {
    case 'named': {
      const { tool: _tool, ...named } = call;
      return named;
    }
    case 'write': {
      const tool = findTool('write', writeTools, offered);
      const path = parameterOf(tool, pathNames);
      return {
        name: tool.name,
        input: { [path]: call.path, [parameterOf(tool, contentNames)]: call.content },
      };
    }
    case 'shell': {
      const tool = findTool('shell', shellTools, offered);
      // Where it is there, some agents insist on it.
      const about = tool.parameters.includes('description') ? { description: 'run a command' } : {};
      return { name: tool.name, input: { [parameterOf(tool, commandNames)]: call.command, ...about } };
    }
  }
}

function findTool(purpose: string, names: readonly string[], offered: readonly OfferedTool[]): OfferedTool {
  const found = names.flatMap((name) => offered.filter((tool) => tool.name === name))[0];
  if (found !== undefined) return found;
  throw new Error(`no ${purpose} tool among those offered: ${offered.map(({ name }) => name).join(', ')}`);
}

function parameterOf(tool: OfferedTool, names: readonly string[]): string {
  const [usual = ''] = names;
  return names.find((name) => tool.parameters.includes(name)) ?? usual;
}
