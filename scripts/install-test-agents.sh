#!/bin/sh
# Installs the real agent programs that the tests in test/e2e drive, at pinned versions, into .cache/agents: all of
# them, or those that are named (`scripts/install-test-agents.sh opencode gemini`). Nothing else of the project needs
# them, and without them those tests skip. About 1.3 GB for all; needs network.
set -eu

CLAUDE_VERSION=2.1.328
CODEX_VERSION=0.169.0
OPENCODE_VERSION=1.18.33
GEMINI_VERSION=0.61.0

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
# The project's own Node first: an older npm silently takes an older release whose `engines` still allow it.
PATH="$root/node_modules/.bin:$PATH"
export PATH

major=$(node -p 'process.versions.node.split(".")[0]')
if [ "$major" -lt 24 ]; then
  echo "install-test-agents: Node 24 or newer is needed, found $(node --version); run 'npm ci' first" >&2
  exit 1
fi

# install PROGRAM PACKAGE VERSION
install() {
  folder="$root/.cache/agents/$1"
  program="$folder/node_modules/.bin/$1"
  mkdir -p "$folder"
  printf '{ "private": true }\n' >"$folder/package.json"
  npm install --prefix "$folder" --no-audit --no-fund --no-package-lock --save-exact "$2@$3"
  installed=$("$program" --version)
  case "$installed" in
    "$3" | "$3 "* | *" $3") echo "install-test-agents: $program is $installed" ;;
    *)
      echo "install-test-agents: wanted $1 $3, got '$installed'" >&2
      exit 1
      ;;
  esac
}

[ $# -gt 0 ] || set -- claude codex opencode gemini
for agent in "$@"; do
  case "$agent" in
    claude) install claude @anthropic-ai/claude-code "$CLAUDE_VERSION" ;;
    codex) install codex @openai/codex "$CODEX_VERSION" ;;
    opencode) install opencode opencode-ai "$OPENCODE_VERSION" ;;
    gemini) install gemini @google/gemini-cli "$GEMINI_VERSION" ;;
    *)
      echo "install-test-agents: no agent is named '$agent'; known are claude, codex, opencode and gemini" >&2
      exit 1
      ;;
  esac
done
