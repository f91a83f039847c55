// Run by .ci/kubernetes where its packages are. Arguments: TypeScript file to write, folders of manifests.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import yaml from 'js-yaml';

const OPERATOR = 'monitoring.coreos.com/';
const [typed, ...folders] = process.argv.slice(2);
const lines = [];
const kinds = [];

async function check(file) {
  for (const manifest of yaml.loadAll(readFileSync(file, 'utf8'))) {
    const { apiVersion, kind } = manifest;
    const models = apiVersion.startsWith(OPERATOR) ? '@kubernetes-models/prometheus-operator' : 'kubernetes-models';
    const module = `${models}/${apiVersion}`;
    const model = (await import(module))[kind];
    if (!model) throw new Error(`${file}: there is no ${kind} in ${apiVersion}`);
    try {
      new model(manifest).validate();
    } catch (e) {
      throw new Error(`${file}, ${kind} ${manifest.metadata.name}: ${e.message}`);
    }
    const type = `I${kind}`;
    lines.push(`import type { ${type} as T${lines.length} } from '${module}';`);
    lines.push(`export const m${lines.length}: T${lines.length - 1} = ${JSON.stringify(manifest)};`);
    kinds.push(kind);
  }
}

for (const folder of folders) {
  const kustomization = join(folder, 'kustomization.yaml');
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml')).sort()) {
    if (join(folder, file) !== kustomization) await check(join(folder, file));
  }
  if (!existsSync(kustomization)) continue;
  for (const resource of yaml.load(readFileSync(kustomization, 'utf8')).resources) readFileSync(join(folder, resource));
}
writeFileSync(typed, `${lines.join('\n')}\n`);
console.log(`manifests are as Kubernetes wants them: ${kinds.join(', ')}`);
