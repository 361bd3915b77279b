import { createHash } from 'node:crypto';
import { html, trusted, type Html } from '../reports/html.js';

const STYLE = `
:root{color-scheme:light dark;--text:#1c2127;--soft:#545d68;--back:#fff;--card:#f5f7f9;--line:#c6ced6;--accent:#0b5cad;--warn:#8a4b00}
@media (prefers-color-scheme:dark){:root{--text:#e6eaee;--soft:#a9b4bf;--back:#14181c;--card:#1d2329;--line:#434c55;--accent:#7db8f5;--warn:#f0b35e}}
*{box-sizing:border-box}
body{margin:0;overflow-wrap:anywhere;background:var(--back);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
header,main{max-width:76rem;margin:0 auto;padding:1rem 1.25rem}
main{padding-bottom:4rem}
h1{font-size:1.6rem;line-height:1.25;margin:.2rem 0 .6rem}
h2{font-size:1.2rem;margin:2rem 0 .6rem}
h3{font-size:1rem;margin:0 0 .3rem}
a{color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.soft{color:var(--soft)}
.warn{color:var(--warn);font-weight:600}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.55rem .7rem;border-bottom:1px solid var(--line)}
thead th{white-space:nowrap;color:var(--soft);font-size:.85rem;font-weight:600}
tbody th{font-weight:600;min-width:10rem}
td{min-width:9rem}
td:first-child{min-width:0}
tbody th .soft{font-weight:400}
td ul{margin:0;padding-left:1.1rem}
input[type=checkbox]{width:1.25rem;height:1.25rem;margin:.1rem 0}
code,pre{font:.9rem/1.45 ui-monospace,SFMono-Regular,Consolas,monospace}
pre{margin:0;padding:.6rem .75rem;background:var(--card);border:1px solid var(--line);border-radius:6px;white-space:pre-wrap;flex:1 1 auto;min-width:0}
.value{display:flex;gap:.6rem;align-items:flex-start;margin:.4rem 0}
button{font:inherit;color:var(--back);background:var(--accent);border:1px solid var(--accent);border-radius:6px;padding:.35rem .8rem;cursor:pointer;flex:none}
button[hidden]{display:none}
.fields{padding-left:1.6rem}
.fields>li{margin:0 0 1.2rem}
.fields h2{margin:0 0 .2rem;font-size:1.05rem}
.fields p{margin:.15rem 0}
summary{cursor:pointer}
details ul{padding-left:1.1rem;margin:.4rem 0}
@media (max-width:46rem){thead{position:absolute;clip-path:inset(50%)}tr{display:block;padding:.6rem 0;border-bottom:1px solid var(--line)}th,td{display:block;min-width:0;border:0;padding:.15rem 0}}
@media print{button{display:none}a{color:inherit}body{font-size:11pt}tr,.fields>li{break-inside:avoid}header nav{display:none}}
`;

/**
 * Copies, and remembers ticks. Everything can be read and done without it: buttons appear only when it runs, and a browser
 * that stores nothing for local files just forgets the ticks.
 */
const SCRIPT = `
(()=>{
const status=document.getElementById('status');
const say=(text)=>{status.textContent='';setTimeout(()=>{status.textContent=text},50)};
const select=(node)=>{const range=document.createRange();range.selectNodeContents(node);const selection=getSelection();selection.removeAllRanges();selection.addRange(range)};
for(const button of document.querySelectorAll('button[data-copy]')){
  button.hidden=false;
  button.addEventListener('click',async()=>{
    const node=document.getElementById(button.dataset.copy);
    let done=false;
    try{await navigator.clipboard.writeText(node.textContent);done=true}catch{select(node);try{done=document.execCommand('copy')}catch{}}
    say(done?'Copied: '+button.dataset.name:'Could not copy: the text is selected, copy it with the keyboard');
    const before=button.textContent;button.textContent=done?'Copied':'Selected';setTimeout(()=>{button.textContent=before},1500);
  });
}
const key='absolve '+document.body.dataset.key+' ';
for(const box of document.querySelectorAll('input[type=checkbox]')){
  const name=key+box.dataset.tick;
  try{const kept=localStorage.getItem(name);if(kept!==null)box.checked=kept==='1'}catch{}
  box.addEventListener('change',()=>{try{localStorage.setItem(name,box.checked?'1':'0')}catch{}});
}
})();
`;

const digestOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing is loaded from anywhere, and nothing runs but the very script above. */
const POLICY = `default-src 'none'; style-src ${digestOf(STYLE)}; script-src ${digestOf(SCRIPT)}; base-uri 'none'; form-action 'none'`;

// Not written into the template below: its formatter moves line breaks, and a digest covers every one of them.
const STYLE_ELEMENT = trusted(`<style>${STYLE}</style>`);
const SCRIPT_ELEMENT = trusted(`<script>${SCRIPT}</script>`);

export interface PageContent {
  readonly title: string;
  /** Tells the ticks of one report folder from those of another. */
  readonly key: string;
  readonly header?: Html;
  readonly main: Html;
}

/** One self-contained page: no request, dark mode, print, keyboard, readable without script. Pure. */
export function renderPage({ title, key, header, main }: PageContent): string {
  return html`<!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${STYLE_ELEMENT}
      </head>
      <body data-key="${key}">
        ${header !== undefined && html`<header>${header}</header> `}
        <main>
          ${main}
          <p id="status" role="status" class="soft"></p>
        </main>
        ${SCRIPT_ELEMENT}
      </body>
    </html> `.toString();
}
