/** A command of a page, as somebody would paste it, and the line on which it begins. */
export interface PageCommand {
  readonly line: number;
  readonly text: string;
}

/** Languages of blocks that hold commands. */
const SHELL = /^```(sh|bash)$/;

/** Commands of a Markdown page, in its indented blocks and those of a shell; a command over several lines is one, comments are left out. */
export function commandsOf(markdown: string): PageCommand[] {
  const commands: PageCommand[] = [];
  let fence: 'shell' | 'other' | undefined;
  let begun: PageCommand | undefined;
  markdown.split('\n').forEach((line, index) => {
    if (line.startsWith('```')) {
      fence = fence !== undefined ? undefined : SHELL.test(line) ? 'shell' : 'other';
      return;
    }
    if (fence === 'other' || (fence === undefined && !line.startsWith('    '))) return;
    const text = withoutComment(fence === undefined ? line.slice(4) : line);
    if (text.trim() === '') return;
    // What is indented further goes on where a command was left open; the rest of a command in quotes is not looked for.
    const whole = begun === undefined ? { line: index + 1, text } : { ...begun, text: `${begun.text} ${text.trim()}` };
    if (whole.text.endsWith('\\')) begun = { ...whole, text: whole.text.slice(0, -1).trimEnd() };
    else {
      commands.push(whole);
      begun = undefined;
    }
  });
  return commands;
}

function withoutComment(line: string): string {
  return line.replace(/(^|\s+)# .*$/, '').trimEnd();
}

/** The words of each program that a command line starts, with what joins them left out. */
export function programsOf(command: string): string[][] {
  const words = command.match(/(?:"[^"]*"|'[^']*'|\$\([^)]*\)|[^\s"'])+/g) ?? [];
  const programs: string[][] = [[]];
  for (const word of words) {
    if (['&&', '||', '|', ';', '&'].includes(word)) programs.push([]);
    // Variables that stand before a program are its environment.
    else if (programs[programs.length - 1].length > 0 || !/^\w+=/.test(word)) programs[programs.length - 1].push(word);
  }
  return programs.filter((program) => program.length > 0);
}
