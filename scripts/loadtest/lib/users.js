// The users of a run, out of the file that scripts/loadtest/users writes. Pure: also run by node --test.

/**
 * @typedef {{userId: number, token: string}} User
 */

/**
 * Lines of `userId,token`.
 *
 * @param {string} csv
 * @returns {User[]}
 * @throws {Error} that names the first line which is none
 */
export function parseUsers(csv) {
  return csv
    .split('\n')
    .filter((line) => line !== '')
    .map((line, at) => {
      const comma = line.indexOf(',');
      const userId = Number(line.slice(0, comma));
      const token = line.slice(comma + 1).trim();
      if (comma < 1 || !(userId > 0) || token === '') throw new Error(`line ${at + 1} is not userId,token`);
      return { userId, token };
    });
}
