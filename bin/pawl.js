#!/usr/bin/env node
// Plain JavaScript that any Node can read: an older one gets one line instead of a syntax error.
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `NODE-TOO-OLD: Pawl needs Node 24 or newer, and this is ${process.version}. Type: npx -p node@24 -p pawl pawl ${process.argv.slice(2).join(' ')}\n`,
  );
  process.exitCode = 4;
} else {
  // Compiled code is kept between starts, in the system's temporary folder.
  const { enableCompileCache } = await import('node:module');
  enableCompileCache?.();
  const { main } = await import('../dist/cli/main.js');
  process.exitCode = await main(process.argv.slice(2));
}
