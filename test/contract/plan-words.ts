/** What the texts and ids of arbitrary plans are made of: all that means something in one of the formats. */

/** One entry a line, with the blanks that it begins with. */
function lines(text: string): readonly string[] {
  return text.split('\n').slice(1, -1);
}

export const oddIds: readonly string[] = [
  ...'T-001 T-002 F-003 T-001.2 T-001/sub T-004a AUTH--T01 T1 T2 1 2 2.1 2.10 2.1.1 25.1 001'.split(' '),
  ...'1-2 01-02 M1-2 A1 A1.1 US-1-2 P1.2-3 bd-a1 bd-a1.2 epic-1 epic-1.1 None none none.1-2'.split(' '),
  ...'All all-1 TASK-001 step02/task-01-name M001/S01/T01 1.1.index phase-2 Phase2 Step-3'.split(' '),
  ...'AC1 existing-db placeholder constructor toString-1 a--b_c.d web/T1'.split(' '),
  'x'.repeat(128),
];

/** Ids as one format gives them to all its tasks. */
export const idShapes: readonly ((at: number) => string)[] = [
  (at) => `T-${String(at + 1).padStart(3, '0')}`,
  (at) => `T${String(at + 1).padStart(3, '0')}`,
  (at) => String(at + 1),
  (at) => `${(at % 3) + 1}.${at + 1}`,
  (at) => `M001/S0${(at % 2) + 1}/T0${at + 1}`,
  (at) => `step0${(at % 2) + 1}/task-0${at + 1}-x`,
  (at) => `WALLET--T${at}`,
];

/** Of one line. */
export const fragments: readonly string[] = [
  ...['\t', '\u00a0', '\r', '\u0007', '\u2028', 'e\u0301', '\u2705'],
  ...lines(String.raw`
read
the index
2
API
T-1
src/a.ts
Größe
索引
検証 🎯
🔴
C #
##
#
- [ ]
[x]
[ ] open
[TASK-001]
[T-001]
${'`'}src/a.ts${'`'}
**bold**
**bold
*
* star *
__init__.py
${'`'}
${'`'}code
~~
(depends on T1)
(depends on T099, 9.9)
(after 2)
after T099
Run after T001
needs Phase 7
depends on US1, needs Setup
depends on Phase 1
blocked by: T2
depends:[S77]
${'`'}depends:[S01]${'`'}
est:5m
T-001:
1.1
Phase 2:
Depends on: T1
Depends on: Story 1.1, Story 2.1
**Depends on:** All
**Depends on:** Task 1, T-001
_Requirements: 4.7_
_Dependencies: 9.9_
Status: done
**Status**: done
Checkpoint - all tests pass
Task: x
Story 1.2: y
task-09 from Step 4
None
(done)
(P)
[P] [US4]
<!--
<!-- hidden
-->
High priority
AC-1:
**AC2**:
[link](src/b.ts)
$& $1
\
"
{
}]
---
| a | b |
:
！
%%
`),
];

/** What a line of a description begins with. */
export const leads: readonly string[] = [
  '    ',
  '\t- ',
  ...lines(`
#
## Phase 2:
## Dependencies
### T-001:
### Task 7:
## Area:
## Notes
####
- [ ]
- [ ] T099
- [x] 3.1
- [x] [TASK-001]
- [ ] **S01: Slice** \`risk:high\` \`depends:[S99]\`
* [ ]
-
1.
  -
- **Status**:
**Status:**
- Dependencies:
**Dependencies**:
- _Dependencies: 1, 1.1, 2_
- _Requirements: 1.1, 2.1_
- Files:
**Files:**
>
> \`\`\`
✅
- ✅
Acceptance criteria:
- Depends on:
**Depends on:**
- All previous tasks
- T-001.code-task.md
<!--
|
---
===
+
`).map((lead) => `${lead} `),
];

export const paths: readonly string[] = [
  ...['src/a.ts', 'src/**', 'src/b/**', 'test/a.test.ts', 'app/[id]/page.tsx', 'docs/x, y.md', 'Makefile'],
  ...['docs/guide.md', 'package.json', 'a b', '`x`'],
];

export const readings: readonly string[] = [
  ...['docs/spec.md', 'docs/guide.md', 'ADR-0019: Title (x + y), and more', 'docs/a.md#part', 'a; b', ')('],
];

export const phases: readonly string[] = [
  ...['Phase 1', 'Setup', 'API', 'Tasks', 'Polish', 'High priority work', 'Notes', 'Area: x', 'T-001'],
  ...['Phase 2: QA', '#', 'A > B'],
];
