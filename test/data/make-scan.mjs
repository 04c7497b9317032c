#!/usr/bin/env node
/**
 * Makes `scan-3-pages.pdf`: three A4 pages as a flatbed scanner delivers them - grey JPEG images at 150 dpi, a little
 * crooked, a little grainy, with a shadow where the lid does not close. Needs Debian's chromium. Run by hand; the
 * result is committed, so that demo and tests need no browser.
 */
import { writeFile } from 'node:fs/promises';
import { PDFDocument } from 'pdf-lib';
import { chromium } from 'playwright-core';

const widthPx = 1240;
const heightPx = 1754;

const pages = [
  {
    turn: 0.35,
    html: `<h1>Delivery note 2026-1187</h1><p>Ship to: Contoso GmbH, Lagerstrasse 12, 20357 Hamburg</p>
    <table><tr><th>Pos.</th><th>Article</th><th>Quantity</th><th>Unit</th></tr>
    ${Array.from({ length: 14 }, (_, i) => `<tr><td>${i + 1}</td><td>Toner cartridge TN-${400 + i * 7}</td><td>${((i * 13) % 9) + 1}</td><td>pcs</td></tr>`).join('')}</table>
    <p class="hand">received in good order, A. Weber</p>`,
  },
  {
    turn: -0.5,
    html: `<h1>Conditions of delivery</h1>${Array.from(
      { length: 9 },
      (_, i) => `<p><b>${i + 1}.</b> The goods remain the property of
    the seller until they are paid in full. The buyer examines the goods at once and reports visible defects within
    seven days. Claims that come later are accepted only where the law says so.</p>`,
    ).join('')}`,
  },
  {
    turn: 0.2,
    html: `<h1>交货单附页 / 納品書</h1><p>设备：彩色数码多功能机（型号 C4570）。安装地点：二楼复印室。</p>
    <p>設置場所：2階コピー室。担当者の署名をお願いします。</p><div class="box">Signature / 签字 / 署名</div><p class="hand">王小明 21.11.2026</p>
    <div class="stamp">PAID</div>`,
  },
];

const style = `body{margin:0;background:#cfccc6}.sheet{width:${widthPx}px;height:${heightPx}px;background:#f6f4ef;box-sizing:border-box;padding:130px 120px;
  font:26px/1.55 "DejaVu Serif",serif;color:#23211f;position:relative;box-shadow:inset 26px 0 40px -20px #8d8a84}
  table{border-collapse:collapse;width:100%}td,th{border:1px solid #555;padding:6px 12px;text-align:left}
  .hand{font:italic 40px "DejaVu Sans",sans-serif;color:#2b3a6b;transform:rotate(-3deg);margin-top:60px}
  .box{border:2px solid #444;height:220px;margin:60px 0;padding:16px}
  .stamp{position:absolute;right:150px;bottom:260px;border:8px solid #7a3030;color:#7a3030;font:bold 80px sans-serif;padding:6px 30px;transform:rotate(-14deg);opacity:.7}
  svg{position:absolute;inset:0;mix-blend-mode:multiply;opacity:.28}`;

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium-headless-shell',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
const pdf = await PDFDocument.create();
pdf.setTitle('Scan');
pdf.setProducer('mfp-mail-agent test data');
pdf.setCreationDate(new Date(Date.UTC(2026, 10, 21)));
pdf.setModificationDate(new Date(Date.UTC(2026, 10, 21)));
try {
  const tab = await browser.newPage({ viewport: { width: widthPx, height: heightPx } });
  for (const { html, turn } of pages) {
    await tab.setContent(`<style>${style}</style><div class="sheet" style="filter:grayscale(1);transform:rotate(${turn}deg)">${html}
      <svg width="100%" height="100%"><filter id="n"><feTurbulence type="fractalNoise" baseFrequency=".8" numOctaves="2" seed="7"/></filter><rect width="100%" height="100%" filter="url(#n)"/></svg></div>`);
    const jpeg = await tab.screenshot({ type: 'jpeg', quality: 42 });
    const image = await pdf.embedJpg(jpeg);
    pdf.addPage([595.28, 841.89]).drawImage(image, { x: 0, y: 0, width: 595.28, height: 841.89 });
  }
} finally {
  await browser.close();
}
await writeFile(new URL('scan-3-pages.pdf', import.meta.url), await pdf.save({ useObjectStreams: false }));
