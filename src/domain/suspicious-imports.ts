import type { Finding } from './evidence.js';
import type { PeFacts } from './file-facts.js';

/** Functions that mean something together. Alone, each of them is in thousands of good programs. */
interface Combination {
  readonly purpose: string;
  readonly severity: Finding['severity'];
  /** Every group must be met by at least one of its functions; `A` and `W` variants count. */
  readonly groups: readonly (readonly string[])[];
}

const COMBINATIONS: readonly Combination[] = [
  {
    purpose: 'process-injection',
    severity: 'medium',
    groups: [
      ['VirtualAllocEx', 'NtAllocateVirtualMemory', 'NtMapViewOfSection'],
      ['WriteProcessMemory', 'NtWriteVirtualMemory', 'NtMapViewOfSection'],
      ['CreateRemoteThread', 'CreateRemoteThreadEx', 'NtCreateThreadEx', 'QueueUserAPC', 'SetThreadContext'],
    ],
  },
  {
    purpose: 'keyboard-capture',
    severity: 'medium',
    groups: [['SetWindowsHookEx'], ['GetAsyncKeyState', 'GetKeyboardState'], ['GetForegroundWindow']],
  },
  {
    purpose: 'download-and-run',
    severity: 'medium',
    groups: [['URLDownloadToFile'], ['ShellExecute', 'ShellExecuteEx', 'WinExec', 'CreateProcess']],
  },
  {
    purpose: 'stored-credentials',
    severity: 'low',
    groups: [
      ['CryptUnprotectData', 'CredEnumerate', 'VaultEnumerateItems'],
      ['InternetOpen', 'WinHttpOpen', 'WSAStartup'],
    ],
  },
  {
    purpose: 'debugger-evasion',
    severity: 'low',
    groups: [
      ['CheckRemoteDebuggerPresent', 'NtQueryInformationProcess'],
      ['NtSetInformationThread', 'IsDebuggerPresent'],
    ],
  },
  {
    purpose: 'service-and-driver-control',
    severity: 'low',
    groups: [['OpenSCManager'], ['CreateService'], ['NtLoadDriver', 'DeviceIoControl'], ['AdjustTokenPrivileges']],
  },
];

/** A native program that imports fewer functions than this finds the rest at run time. */
const FEW_FUNCTIONS = 8;

/** Combinations of imports that heuristics weigh. Pure. */
export function* importFindings(pe: PeFacts): Generator<Finding> {
  const present = new Set(pe.functions.map((name) => name.replace(/(?<=[a-z])[AW]$/, '')));
  for (const { purpose, severity, groups } of COMBINATIONS) {
    const met = groups.map((group) => group.filter((name) => present.has(name)));
    if (met.some((names) => names.length === 0)) continue;
    yield {
      code: 'suspicious-imports',
      severity,
      args: { purpose, functions: [...new Set(met.flat())].sort() },
    };
  }
  const resolvesItself = present.has('GetProcAddress') && (present.has('LoadLibrary') || present.has('LoadLibraryEx'));
  if (!pe.dotNet && resolvesItself && pe.functions.length < FEW_FUNCTIONS) {
    yield { code: 'few-imports', severity: 'medium', args: { count: pe.functions.length } };
  }
}
