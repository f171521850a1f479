/** The links of a Markdown page, and the anchors that other pages may link to. */
import path from 'node:path';

/** A relative link: the file that it leads to, from the repository's root, and the anchor in it. */
export interface PageLink {
  text: string;
  file: string;
  anchor?: string;
}

/** All relative links and images of a page, but for what stands in its code. */
export function linksOf(page: string, markdown: string): PageLink[] {
  const links = withoutCode(markdown).matchAll(/\]\((?<target>[^()\s]+)\)/g);
  return [...links].flatMap(({ groups }) => {
    const text = groups?.['target'] ?? '';
    if (/^[a-z]+:/.test(text)) return [];
    const [target = '', anchor] = text.split('#');
    const file = target === '' ? page : path.posix.join(path.posix.dirname(page), target);
    return [{ text, file, anchor }];
  });
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(markdown: string): string[] {
  const headings = withoutFences(markdown).matchAll(/^#+ (?<heading>.+)$/gm);
  const seen = new Map<string, number>();
  return [...headings].map(({ groups }) => {
    const slug = (groups?.['heading'] ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
}

function withoutFences(markdown: string): string {
  return markdown.replaceAll(/^( *)```[\s\S]*?^\1```/gm, '');
}

function withoutCode(markdown: string): string {
  return withoutFences(markdown).replaceAll(/`[^`\n]*`/g, '');
}
