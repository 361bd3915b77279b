import { TEMPLATE_MODEL } from './template-model.js';
import { parseTemplate, type TemplateNode } from './template-syntax.js';
import { renderTemplate, type Model } from './template-render.js';

/** Templates of a report: `data/templates/<language>/<name>.txt` ship, a user's folder may replace each. */
export const TEMPLATE_NAMES = ['subject', 'message', 'description', 'mailto'] as const;
export type TemplateName = (typeof TEMPLATE_NAMES)[number];

export interface TemplateSource {
  /** For messages: the path as the user knows it. */
  readonly name: string;
  readonly text: string;
}

/** Finds the text for one template: a user's for this vendor, a user's for all, the shipped one. */
export type FindTemplate = (name: TemplateName, vendorFolder: string) => TemplateSource;

/** Renders the templates of one run; each source is parsed once. */
export interface Templates {
  /** Parses all templates that a vendor may get. @throws UsageError `CONFIG_TEMPLATE` when one is wrong */
  check(vendorFolder: string): void;
  /** @throws UsageError `CONFIG_TEMPLATE` when the template is wrong */
  render(name: TemplateName, vendorFolder: string, model: Model): string;
}

/** Templates over `find`. Pure as far as `find` is. */
export function createTemplates(find: FindTemplate): Templates {
  const parsed = new Map<string, readonly TemplateNode[]>();
  const load = (name: TemplateName, vendorFolder: string): readonly TemplateNode[] => {
    const source = find(name, vendorFolder);
    const nodes = parsed.get(source.name) ?? parseTemplate(source.text, source.name, TEMPLATE_MODEL);
    parsed.set(source.name, nodes);
    return nodes;
  };
  return {
    check(vendorFolder) {
      for (const name of TEMPLATE_NAMES) load(name, vendorFolder);
    },
    render: (name, vendorFolder, model) => tidy(renderTemplate(load(name, vendorFolder), model)),
  };
}

/** Parts that were left out leave blanks behind: no blank line follows another, no line ends in spaces. */
function tidy(text: string): string {
  return text
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
