#!/bin/sh
# Installs the real agent programs that the tests in test/e2e drive, at pinned versions, into .cache/agents.
# Nothing else of the project needs them, and without them those tests skip. About 400 MB; needs network.
set -eu

CLAUDE_VERSION=2.1.328

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
# The project's own Node first: an older npm silently takes an older release whose `engines` still allow it.
PATH="$root/node_modules/.bin:$PATH"
export PATH

major=$(node -p 'process.versions.node.split(".")[0]')
if [ "$major" -lt 24 ]; then
  echo "install-test-agents: Node 24 or newer is needed, found $(node --version); run 'npm ci' first" >&2
  exit 1
fi

folder="$root/.cache/agents/claude"
program="$folder/node_modules/.bin/claude"
mkdir -p "$folder"
printf '{ "private": true }\n' >"$folder/package.json"
npm install --prefix "$folder" --no-audit --no-fund --no-package-lock --save-exact \
  "@anthropic-ai/claude-code@$CLAUDE_VERSION"

installed=$("$program" --version)
case "$installed" in
  "$CLAUDE_VERSION "*) echo "install-test-agents: $program is $installed" ;;
  *)
    echo "install-test-agents: wanted claude $CLAUDE_VERSION, got '$installed'" >&2
    exit 1
    ;;
esac
