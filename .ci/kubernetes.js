// Run by .ci/kubernetes where its packages are. Arguments: folder of manifests, TypeScript file to write.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import yaml from 'js-yaml';

const [folder, typed] = process.argv.slice(2);
const lines = [];
const kinds = [];
for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml').sort()) {
  for (const manifest of yaml.loadAll(readFileSync(join(folder, file), 'utf8'))) {
    const module = `kubernetes-models/${manifest.apiVersion.replace(/\.k8s\.io\//, '.k8s.io/')}`;
    const model = (await import(module))[manifest.kind];
    if (!model) throw new Error(`${file}: there is no ${manifest.kind} in ${manifest.apiVersion}`);
    try {
      new model(manifest).validate();
    } catch (e) {
      throw new Error(`${file}, ${manifest.kind} ${manifest.metadata.name}: ${e.message}`);
    }
    const type = `I${manifest.kind}`;
    lines.push(`import type { ${type} as T${lines.length} } from '${module}';`);
    lines.push(`export const m${lines.length}: T${lines.length - 1} = ${JSON.stringify(manifest)};`);
    kinds.push(manifest.kind);
  }
}
const resources = yaml.load(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')).resources;
for (const resource of resources) readFileSync(join(folder, resource));
writeFileSync(typed, `${lines.join('\n')}\n`);
console.log(`manifests are as Kubernetes wants them: ${kinds.join(', ')}`);
