import { existsSync } from 'node:fs';
import { AttuneError } from '@attune/artifact';
import { environment } from './environment';
import { runProcess } from './processes';

/** The command that runs pip, with its first arguments. */
export interface Pip {
  readonly python: string;
  readonly version: string;
}

/** Which system package provides what is needed, by the package manager's command. */
const PACKAGES: Readonly<Record<string, Readonly<Record<'pip' | 'compiler', string>>>> = {
  '/usr/bin/apt-get': { pip: 'apt-get install -y python3 python3-pip', compiler: 'apt-get install -y g++' },
  '/usr/bin/dnf': { pip: 'dnf install -y python3 python3-pip', compiler: 'dnf install -y gcc-c++' },
  '/usr/bin/zypper': { pip: 'zypper install -y python3 python3-pip', compiler: 'zypper install -y gcc-c++' },
  '/usr/bin/pacman': { pip: 'pacman -S --noconfirm python python-pip', compiler: 'pacman -S --noconfirm gcc' },
  '/sbin/apk': { pip: 'apk add python3 py3-pip', compiler: 'apk add g++' },
};

/** How this machine gets python3 with pip, or a C++ compiler: one sentence. */
export function howToInstall(what: 'pip' | 'compiler'): string {
  const manager = Object.keys(PACKAGES).find((path) => existsSync(path));
  const command = manager === undefined ? undefined : PACKAGES[manager]?.[what];
  if (command === undefined) {
    return what === 'pip' ? 'Install Python 3 with pip, from your system or python.org.' : 'Install a C++17 compiler: g++ or clang++.';
  }
  const isRoot = process.getuid?.() === 0;
  return `Install ${what === 'pip' ? 'python3 with pip' : 'a C++ compiler'}: ${isRoot ? '' : 'sudo '}${command}`;
}

/** The pip that downloads the wheels; undefined where python3 or its pip is missing. */
export async function findPip(): Promise<Pip | undefined> {
  for (const python of ['python3', 'python']) {
    const { status, stdout } = await runProcess(python, ['-m', 'pip', '--version'], { timeout: 60_000 });
    const version = /^pip (\S+) .*\(python 3/.exec(stdout)?.[1];
    if (status === 0 && version !== undefined) return { python, version };
  }
  return undefined;
}

/** The C++ compiler that builds the binding: `$CXX`, g++, c++ or clang++; undefined where none is installed. */
export async function findCompiler(): Promise<{ command: string; version: string } | undefined> {
  for (const command of [environment.compiler, 'g++', 'c++', 'clang++']) {
    if (command === undefined) continue;
    const { status, stdout } = await runProcess(command, ['--version'], { timeout: 60_000 });
    if (status === 0) return { command, version: stdout.split('\n')[0] ?? '' };
  }
  return undefined;
}

/** @throws AttuneError `setup-missing` where no C++ compiler is installed */
export async function requireCompiler(): Promise<string> {
  const compiler = await findCompiler();
  if (compiler === undefined) {
    throw new AttuneError('setup-missing', "No C++ compiler was found, and TensorFlow's binding for Node has to be compiled.", {
      remedy: `${howToInstall('compiler')}\nThen run: npx attune setup`,
    });
  }
  return compiler.command;
}

/** The version of the GNU C library that Node runs on; undefined on other systems and with musl (Alpine). */
export function glibcVersion(): string | undefined {
  const report: unknown = process.report.getReport();
  const header = typeof report === 'object' && report !== null && 'header' in report ? report.header : undefined;
  if (typeof header !== 'object' || header === null || !('glibcVersionRuntime' in header)) return undefined;
  return String(header.glibcVersionRuntime);
}

/** Whether `version` (2.36) is at least `minimum` (2.27), number by number. */
export function isAtLeast(version: string, minimum: string): boolean {
  const numbers = version.split('.').map(Number);
  for (const [index, wanted] of minimum.split('.').map(Number).entries()) {
    const has = numbers[index] ?? 0;
    if (has !== wanted) return has > wanted;
  }
  return true;
}

/** Whether this machine has an NVIDIA driver, and so most likely a GPU: on Linux, or on Linux inside Windows. */
export function hasNvidiaGpu(): boolean {
  return ['/proc/driver/nvidia/version', '/dev/nvidiactl', '/usr/lib/wsl/lib/libcuda.so.1'].some((path) => existsSync(path));
}
