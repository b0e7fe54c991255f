/** How an agent reports while it works; the same in every brief. */
export const channelSection = `## Reporting while you work

The command \`pawl-report\` is on your PATH; if you have tools of an MCP server named \`pawl\`, they do the same. Reports are shown to people and told to whoever comes after you. They are claims: none of them proves anything, and none makes the task done.

- \`pawl-report progress 40 "tests next"\`: how far you are, in percent, and what comes next. After every step that is worth it.
- \`pawl-report criterion ID met src/x.ts:12\`: once for each criterion, \`met\`, \`partly\` or \`not-met\`, and where that shows.
- \`pawl-report blocker technical "what stops you" --tried "what you tried"\`: \`technical\`, \`requirement\` or \`dependency\`.
- \`pawl-report gap L1 "what is missing" --assume "what you assume"\`: something the task does not say. L0: trivial, you settled it. L1: contained, you go on under an assumption. L2: significant, a person has to decide; name ways out with \`--option "…"\`, as often as needed, and stop. An L2 gap pauses this task, whatever else you did.
- \`pawl-report question "…"\`: kept for people. Nobody answers while you work.`;
