'use strict';
(() => {
  const root = document.documentElement;
  const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
  const state = new URLSearchParams(location.hash.slice(1));
  const list = (key) => (state.get(key) || '').split(' ').filter(Boolean);
  const save = (key, values) => {
    if (values.length) state.set(key, values.join(' ')); else state.delete(key);
    history.replaceState(null, '', '#' + state);
  };

  // Read-outs. The marks' own titles are taken over, so that nothing is said twice.
  const tip = document.body.appendChild(document.createElement('div'));
  tip.className = 'tip';
  tip.setAttribute('role', 'status');
  let shown = null;
  const hide = () => {
    if (shown) shown.classList.remove('on');
    shown = null;
    tip.textContent = '';
  };
  const show = (mark) => {
    if (shown === mark) return;
    hide();
    shown = mark;
    mark.classList.add('on');
    tip.textContent = mark.dataset.say;
    const at = mark.getBoundingClientRect(), box = tip.getBoundingClientRect();
    const x = Math.min(at.right + 10, root.clientWidth - box.width - 6);
    const y = at.top - box.height - 8 > 0 ? at.top - box.height - 8 : at.bottom + 8;
    tip.style.left = Math.max(6, x) + 'px';
    tip.style.top = y + 'px';
  };
  const visible = (mark) => !mark.closest('.off');
  const centre = (mark) => [+mark.getAttribute('x'), +mark.getAttribute('y')];
  // A title has lines: what the mark is, if its place does not say it, then its x and its y.
  const say = (mark, svg) => {
    const [y, x, label] = mark.firstElementChild.textContent.split('\n').reverse();
    const whose = [mark.closest('.s').dataset.name, label].filter(Boolean).join(', ');
    const on = (axis, value) => axis ? axis + ': ' + value : value;
    return [whose, on(svg.dataset.x, x), on(svg.dataset.y, y)].filter(Boolean).join('; ');
  };
  for (const svg of all('figure svg')) {
    const marks = all('.m', svg).filter((mark) => mark.firstElementChild);
    for (const mark of marks) {
      mark.dataset.say = say(mark, svg);
      mark.firstElementChild.remove();
    }
    const points = marks.filter((mark) => mark.tagName !== 'rect');
    const places = points.map(centre);
    svg.addEventListener('pointermove', (event) => {
      const over = event.target.closest('.m');
      if (over && over.dataset.say) return show(over);
      const at = new DOMPoint(event.clientX, event.clientY)
        .matrixTransform(svg.getScreenCTM().inverse());
      let best = null, least = 18 * 18;
      places.forEach(([x, y], i) => {
        const far = (x - at.x) ** 2 + (y - at.y) ** 2;
        if (far < least && visible(points[i])) [best, least] = [points[i], far];
      });
      if (best) show(best); else hide();
    });
    svg.addEventListener('pointerleave', hide);
    svg.addEventListener('blur', hide);
    svg.addEventListener('keydown', (event) => {
      const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
      if (event.key === 'Escape') return hide();
      if (!step) return;
      event.preventDefault();
      const open = marks.filter(visible);
      if (!open.length) return;
      const next = open.indexOf(shown) + step;
      show(open[shown && open.includes(shown) ? (next + open.length) % open.length : 0]);
    });
  }
  addEventListener('scroll', hide, {passive: true});

  // Arms on and off, in every drawing and table at once.
  const off = new Set(list('off'));
  const isOff = (arm) => off.has(arm);
  const apply = () => {
    for (const item of all('[data-arm]:not(button,.name)')) {
      item.classList.toggle('off', isOff(item.dataset.arm));
    }
    // Text goes with any of the arms that it compares, with the last of those that it lists.
    for (const item of all('[data-any]')) {
      item.classList.toggle('off', item.dataset.any.split(' ').some(isOff));
    }
    for (const item of all('[data-all]')) {
      item.classList.toggle('off', item.dataset.all.split(' ').every(isOff));
    }
    for (const item of all('.name[data-arm]')) {
      item.dataset.name = item.dataset.name || item.textContent;
      item.textContent = isOff(item.dataset.arm) ? '\u2026' : item.dataset.name;
    }
    const lost = (said) => all('.c', said).every((clause) => clause.matches('.off'));
    for (const said of all('.said')) said.classList.toggle('off', lost(said));
    let chosen = 0, last = 0;  // of statements that say the same of other arms
    for (const said of all('.said[data-choice]')) {
      const choice = +said.dataset.choice;
      if (choice < last) chosen = 0;
      last = choice;
      if (!chosen && !lost(said)) chosen = choice;
      said.hidden = choice !== chosen;
    }
    for (const button of all('button.arm')) {
      button.setAttribute('aria-pressed', !off.has(button.dataset.arm));
    }
  };
  for (const button of all('button.arm')) {
    button.addEventListener('click', () => {
      const arm = button.dataset.arm;
      if (!off.delete(arm)) off.add(arm);
      save('off', [...off].sort((a, b) => a - b));
      hide();
      apply();
    });
  }
  apply();

  // Tables sorted by a column: numbers by their value, then what has none.
  const number = (row, column) => parseFloat(row.cells[column].textContent);
  const order = (a, b, column) => {
    const [x, y] = [number(a, column), number(b, column)];
    if (!isNaN(x) && !isNaN(y)) return x - y;
    if (isNaN(x) !== isNaN(y)) return isNaN(x) ? 1 : -1;
    return a.cells[column].textContent.localeCompare(b.cells[column].textContent);
  };
  const tables = all('table');
  const sort = (table, column, down) => {
    const body = table.tBodies[0];
    const rows = [...body.rows].sort((a, b) => order(a, b, column) * (down ? -1 : 1));
    body.append(...rows);
    all('th', table).forEach((head, i) => {
      if (i === column) head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    });
  };
  tables.forEach((table, t) => all('th', table).forEach((head, column) => {
    head.dataset.sort = '';
    head.tabIndex = 0;
    const act = () => {
      const down = head.getAttribute('aria-sort') === 'ascending';
      sort(table, column, down);
      save('sort', [...list('sort').filter((s) => s.split('.')[0] !== String(t)),
                    `${t}.${column}.${down ? 1 : 0}`]);
    };
    head.addEventListener('click', act);
    head.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); act(); }
    });
  }));
  for (const entry of list('sort')) {
    const [t, column, down] = entry.split('.').map(Number);
    if (tables[t] && all('th', tables[t])[column]) sort(tables[t], column, down === 1);
  }

  // Theme, data, print.
  const dark = () => root.dataset.theme ? root.dataset.theme === 'dark'
                                        : matchMedia('(prefers-color-scheme: dark)').matches;
  if (['dark', 'light'].includes(state.get('theme'))) root.dataset.theme = state.get('theme');
  const give = (name, type, text) => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], {type}));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const rowsOf = (data) => {
    const rows = [];
    for (const part of data.parts) {
      let at = 0, cells = [];
      const put = () => { (rows[at] = rows[at] || []).push(...cells); ++at; };
      for (const entry of part.rows) {
        if (entry >= 0) { cells = part.cells[entry]; put(); }
        for (let i = entry; i < 0; ++i) put();
      }
    }
    return rows;
  };
  // As the program prints them: what hides is shown, what a spreadsheet would compute is text.
  const hidden = /[\p{Cc}\u2028-\u202e\ufff9-\ufffb\ufffe\uffff]|(?![\u200c\u200d]|\p{VS})\p{DI}/gu;
  const inHex = (byte) => '\\x' + byte.toString(16).padStart(2, '0');
  const plain = (foreign) => foreign.replace(/[\t\n\r]/g, ' ').replace(hidden,
    (char) => [...new TextEncoder().encode(char)].map(inHex).join(''));
  const inJson = (text) => text.replace(hidden, (char) => char === '\n' ? char
    : char.split('').map((unit) => '\\u' + unit.charCodeAt(0).toString(16).padStart(4, '0')).join(''));
  const cell = (value) => {
    if (value === null) return '';
    if (typeof value === 'number') return String(value);
    const shown = plain(value), text = /^ *[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(shown) ? "'" + shown : shown;
    return /[",\n\r]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
  };
  const acts = {
    theme: () => { root.dataset.theme = dark() ? 'light' : 'dark'; save('theme', [root.dataset.theme]); },
    print: () => print(),
    json: (data, name) => give(name + '.json', 'application/json', inJson(JSON.stringify(rowsOf(data).map(
      (row) => Object.fromEntries(row.map((value, i) => [data.columns[i], value]))), null, 1))),
    csv: (data, name) => give(name + '.csv', 'text/csv',
      [data.columns, ...rowsOf(data)].map((row) => row.map(cell).join(',') + '\n').join('')),
  };
  for (const button of all('button[data-act]')) {
    button.hidden = false;
    button.addEventListener('click', () => {
      const data = document.getElementById('data');
      acts[button.dataset.act](data && JSON.parse(data.textContent), data && data.dataset.name);
    });
  }
})();
