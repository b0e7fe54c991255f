// Started by Pawl itself, with its own Node, inside a sandbox.
await import('../dist/network-bridge/main.js');
