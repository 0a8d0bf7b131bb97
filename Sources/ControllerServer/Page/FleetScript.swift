extension FleetPage {
    /// The page's script: asks once a second for what changed, and draws only the rows that can be seen.
    static let script = #"""
        'use strict';
        const $ = (id) => document.getElementById(id);
        const steps = JSON.parse($('steps').textContent);
        const states = ['running', 'failed', 'succeeded', 'waiting', 'standby'];
        const rowHeight = 34;
        const machines = new Map();
        let shown = [], revision = null, filter = null, selected = null, stream = null, drawing = false;

        function make(tag, className, parent) {
          const element = document.createElement(tag);
          element.className = className;
          parent.append(element);
          return element;
        }
        function set(element, text) { if (element.textContent !== text) element.textContent = text; }
        function ago(time) {
          if (!time) return '';
          const s = Math.max(0, (Date.now() - Date.parse(time)) / 1000);
          if (s < 5) return 'now';
          if (s < 90) return Math.round(s) + ' s ago';
          if (s < 5400) return Math.round(s / 60) + ' min ago';
          if (s < 172800) return Math.round(s / 3600) + ' h ago';
          return Math.round(s / 86400) + ' d ago';
        }
        function stepText(m) {
          const i = steps.indexOf(m.step);
          return i < 0 ? m.step : (i + 1) + '/' + steps.length + ' ' + m.step;
        }

        const buttons = states.map((state) => {
          const button = make('button', state, $('filters'));
          button.type = 'button';
          button.setAttribute('aria-pressed', 'false');
          button.onclick = () => {
            filter = filter === state ? null : state;
            buttons.forEach((b, i) => b.setAttribute('aria-pressed', String(states[i] === filter)));
            choose();
          };
          return button;
        });
        $('search').oninput = choose;

        function choose() {
          const words = $('search').value.toLowerCase().split(/\s+/).filter(Boolean);
          shown = [];
          const counts = {};
          for (const m of machines.values()) {
            counts[m.state] = (counts[m.state] || 0) + 1;
            if (filter && m.state !== filter) continue;
            const text = (m.id + ' ' + m.step + ' ' + m.address + ' ' + m.message).toLowerCase();
            if (words.every((w) => text.includes(w))) shown.push(m);
          }
          shown.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
          states.forEach((s, i) => set(buttons[i], s + ' ' + (counts[s] || 0)));
          $('rows').style.height = shown.length * rowHeight + 'px';
          $('grid').setAttribute('aria-rowcount', shown.length + 1);
          $('empty').hidden = shown.length > 0 || revision === null;
          set($('empty'), machines.size ? 'No machine matches.' :
            'No machines yet. Add one: curl -X PUT -d \'{"vars":{},"macs":["52:54:00:12:34:56"]}\' ' +
            location.origin + '/api/v1/machines/NAME');
          draw();
        }

        const pool = [];
        function draw() {
          const first = Math.max(0, Math.floor($('scroll').scrollTop / rowHeight) - 5);
          const count = Math.min(shown.length - first, Math.ceil($('scroll').clientHeight / rowHeight) + 10);
          while (pool.length < count) pool.push(newRow());
          pool.forEach((row, i) => {
            const m = i < count ? shown[first + i] : null;
            row.hidden = !m;
            row.style.display = m ? '' : 'none';
            if (m) fill(row, m, first + i);
          });
        }
        function newRow() {
          const row = make('div', 'row', $('rows'));
          row.setAttribute('role', 'row');
          row.tabIndex = -1;
          row.parts = ['id', 'state', 'step', 'bar', 'message', 'seen'].map((name) => {
            const part = make('span', name, row);
            part.setAttribute('role', 'gridcell');
            return part;
          });
          row.fillBar = make('i', '', row.parts[3]);
          row.onclick = () => open(row.machine);
          return row;
        }
        function fill(row, m, index) {
          const [id, state, step, bar, message, seen] = row.parts;
          row.machine = m.id;
          row.style.top = index * rowHeight + 'px';
          row.setAttribute('aria-rowindex', index + 2);
          row.setAttribute('aria-selected', String(m.id === selected));
          row.tabIndex = m.id === selected || (!selected && index === 0) ? 0 : -1;
          set(id, m.id);
          set(state, m.state);
          state.className = 'state ' + m.state;
          set(step, stepText(m));
          const percent = m.progress ?? null;
          bar.className = 'bar ' + m.state + (percent === null ? ' none' : '');
          bar.setAttribute('aria-label', percent === null ? '' : percent + ' percent');
          bar.title = percent === null ? '' : percent + ' %';
          row.fillBar.style.width = (percent || 0) + '%';
          set(message, m.message);
          message.title = m.message;
          set(seen, ago(m.lastSeen));
        }
        $('scroll').onscroll = () => {
          if (drawing) return;
          drawing = true;
          requestAnimationFrame(() => { drawing = false; draw(); });
        };
        addEventListener('resize', draw);
        $('scroll').onkeydown = (event) => {
          const at = Math.max(0, shown.findIndex((m) => m.id === (selected || shown[0]?.id)));
          const page = Math.floor($('scroll').clientHeight / rowHeight) - 1;
          const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0,
            End: shown.length - 1, Enter: at }[event.key];
          if (to === undefined || !shown.length) return;
          event.preventDefault();
          const index = Math.min(Math.max(to, 0), shown.length - 1);
          const top = index * rowHeight, box = $('scroll');
          if (top < box.scrollTop) box.scrollTop = top;
          if (top + rowHeight > box.scrollTop + box.clientHeight) box.scrollTop = top + rowHeight - box.clientHeight;
          open(shown[index].id);
          pool.find((row) => row.machine === selected && !row.hidden)?.focus();
        };

        async function facts(id) {
          const answer = await fetch('/api/v1/machines/' + encodeURIComponent(id));
          if (!answer.ok || id !== selected) return;
          const record = await answer.json();
          const s = record.summary;
          const lines = [(s.armed ? 'Armed: its next boot carries out its definition.' : 'Not armed.'),
            'Address ' + (s.address || 'not known') + '; MAC ' + (record.definition.macs.join(', ') || 'none given')];
          for (const r of record.history.slice(-12)) {
            lines.push(new Date(r.timestamp).toLocaleTimeString() + '  ' + r.kind + ': ' + r.text +
              (r.answer === 204 ? '' : ' (answered ' + r.answer + ')'));
          }
          $('facts').replaceChildren(...lines.map((text) => {
            const item = document.createElement('li');
            item.textContent = text;
            return item;
          }));
        }
        function open(id) {
          if (selected === id && stream) return;
          selected = id;
          history.replaceState(null, '', '#' + encodeURIComponent(id));
          $('panel').hidden = false;
          set($('name'), id);
          $('facts').replaceChildren();
          facts(id);
          stream?.close();
          stream = new EventSource('/api/v1/machines/' + encodeURIComponent(id) + '/log?follow=1');
          stream.addEventListener('restart', () => $('log').replaceChildren());
          stream.onmessage = (event) => {
            const log = $('log');
            const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
            const line = make('div', /^\[(ERROR|CRITICAL)\]/.test(event.data) ? 'error' :
              /^\[WARN/.test(event.data) ? 'warning' : '', log);
            line.textContent = event.data;
            while (log.childElementCount > 2000) log.firstChild.remove();
            if (atEnd) log.scrollTop = log.scrollHeight;
          };
          draw();
        }
        $('close').onclick = () => {
          stream?.close();
          stream = null;
          selected = null;
          history.replaceState(null, '', location.pathname);
          $('panel').hidden = true;
          draw();
          $('scroll').focus();
        };

        async function poll() {
          try {
            const query = revision === null ? '' : '?since=' + revision;
            const answer = await fetch('/api/v1/machines' + query);
            if (!answer.ok) throw new Error('status ' + answer.status);
            const listing = await answer.json();
            revision = listing.revision;
            if (listing.complete) machines.clear();
            listing.machines.forEach((m) => machines.set(m.id, m));
            listing.deleted.forEach((id) => machines.delete(id));
            if (listing.complete || listing.machines.length || listing.deleted.length) choose(); else draw();
            if (selected && listing.machines.some((m) => m.id === selected)) facts(selected);
            const linked = decodeURIComponent(location.hash.slice(1));
            if (!selected && machines.has(linked)) open(linked);
            set($('link'), machines.size + ' machines, live');
            $('link').className = '';
          } catch (error) {
            set($('link'), 'The controller does not answer; trying again');
            $('link').className = 'bad';
          }
          setTimeout(poll, document.hidden ? 5000 : 1000);
        }
        choose();
        poll();
        """#
}
