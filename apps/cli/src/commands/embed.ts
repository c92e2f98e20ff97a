import type { Command } from 'commander';
export function registerEmbed(program: Command): void {
  program.command('embed');
}
