import type { McpServer } from '../../../ports/agent.ts';

export interface Preparation {
  /** The home of this attempt alone, with the login in it; gone when it is over. */
  readonly home: string;
  /** The environment that the attempt gets. */
  readonly env: Readonly<Record<string, string>>;
  readonly model: string | undefined;
  /** Those that it has to find in its settings. */
  readonly mcpServers: readonly McpServer[];
}
