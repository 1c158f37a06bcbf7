/**
 * What stands on a terminal after everything was written to it, as lines of text: cursor movements and erasing as ECMA-48
 * has them, as far as prompts use them. Colours are left out.
 */
export function screenOf(written: string): string {
  const lines: string[][] = [[]];
  let row = 0;
  let column = 0;
  const line = (at: number): string[] => {
    while (lines.length <= at) lines.push([]);
    return lines[at] ?? [];
  };
  const erase = (code: string) => {
    if (code.endsWith('J')) lines.length = row + 1;
    if (code.endsWith('K') && code !== 'K') lines[row] = [];
    else line(row).length = Math.min(line(row).length, column);
  };
  for (const [token] of written.matchAll(/\u001B\[[0-9;?]*[A-Za-z]|[\s\S]/gu)) {
    const move = /^\u001B\[(\d*)([ABCDG])$/.exec(token);
    const steps = Number(move?.[1] || 1);
    if (move?.[2] === 'A') row = Math.max(0, row - steps);
    else if (move?.[2] === 'B') row += steps;
    else if (move?.[2] === 'C') column += steps;
    else if (move?.[2] === 'D') column = Math.max(0, column - steps);
    else if (move?.[2] === 'G') column = steps - 1;
    else if (/^\u001B\[[0-9]*[JK]$/.test(token)) erase(token.slice(2));
    else if (token.startsWith('\u001B')) continue;
    else if (token === '\r') column = 0;
    else if (token === '\n') row += 1;
    else {
      const cells = line(row);
      while (cells.length < column) cells.push(' ');
      cells[column] = token;
      column += 1;
    }
  }
  return lines.map((cells) => cells.join('').trimEnd()).join('\n');
}
