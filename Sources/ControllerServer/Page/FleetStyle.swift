extension FleetPage {
    /// The page's style sheet: one table of fixed row height, and a panel for one machine.
    static let style = #"""
        :root { color-scheme: light dark; --bg: #fbfbfa; --fg: #1c1d20; --dim: #5d6168; --line: #dcdee2; --row: #f1f2f4;
          --accent: #1b5fc1; --ok: #14713d; --bad: #b3261e; --wait: #6a6f77; --stand: #7a4fb5; --bar: #d5dae2; }
        @media (prefers-color-scheme: dark) { :root { --bg: #15171a; --fg: #e6e7e9; --dim: #9aa0a8; --line: #2c3036;
          --row: #1e2126; --accent: #7fb2ff; --ok: #5fd08f; --bad: #ff8a80; --wait: #9aa0a8; --stand: #c4a1f2; --bar: #343a43; } }
        * { box-sizing: border-box; }
        html, body { height: 100%; margin: 0; }
        body { display: flex; flex-direction: column; background: var(--bg); color: var(--fg);
          font: 14px/1.45 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
        header { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; padding: .7rem 1rem;
          border-bottom: 1px solid var(--line); }
        h1 { font-size: 1.05rem; margin: 0 .5rem 0 0; letter-spacing: .01em; }
        input[type=search] { font: inherit; padding: .3rem .55rem; width: 16rem; max-width: 100%; color: inherit;
          background: transparent; border: 1px solid var(--line); border-radius: 6px; }
        .filters { display: flex; flex-wrap: wrap; gap: .3rem; }
        button { font: inherit; color: inherit; background: transparent; border: 1px solid var(--line);
          border-radius: 6px; padding: .25rem .6rem; cursor: pointer; }
        button[aria-pressed=true] { border-color: var(--accent); color: var(--accent); }
        :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
        #link { margin-left: auto; color: var(--dim); }
        #link.bad { color: var(--bad); }
        main { flex: 1; display: flex; min-height: 0; }
        #table { flex: 1; display: flex; flex-direction: column; min-width: 0; container-type: inline-size; }
        .row { display: grid; align-items: center; gap: .8rem; padding: 0 1rem; height: 34px;
          grid-template-columns: minmax(9rem, 1.1fr) 7rem 11rem minmax(6rem, .8fr) minmax(8rem, 3fr) 5.5rem; }
        .head { color: var(--dim); border-bottom: 1px solid var(--line); font-size: 12.5px; }
        #scroll { flex: 1; overflow-y: auto; position: relative; }
        #rows .row { position: absolute; left: 0; right: 0; cursor: pointer; border-bottom: 1px solid var(--line); }
        #rows .row:hover { background: var(--row); }
        #rows .row[aria-selected=true] { background: var(--row); box-shadow: inset 3px 0 var(--accent); }
        .row > * { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
        .id { font-weight: 600; }
        .state::before { content: ""; display: inline-block; width: .6em; height: .6em; border-radius: 50%;
          margin-right: .45em; background: currentColor; }
        .running { color: var(--accent); } .succeeded { color: var(--ok); } .failed { color: var(--bad); }
        .waiting { color: var(--wait); } .standby { color: var(--stand); }
        .dim, .message, .seen { color: var(--dim); }
        .bar { height: 8px; border-radius: 4px; background: var(--bar); overflow: hidden; }
        .bar > i { display: block; height: 100%; background: var(--accent); }
        .bar.succeeded > i { background: var(--ok); } .bar.failed > i { background: var(--bad); }
        .bar.none { visibility: hidden; }
        #empty { padding: 2.5rem 1rem; color: var(--dim); text-align: center; }
        #panel { width: min(44rem, 50%); border-left: 1px solid var(--line); display: flex; flex-direction: column; }
        #panel[hidden], #empty[hidden] { display: none; }
        #panel h2 { font-size: 1rem; margin: 0; flex: 1; }
        .top { display: flex; align-items: center; gap: .5rem; padding: .6rem 1rem; border-bottom: 1px solid var(--line); }
        #facts { margin: 0; padding: .6rem 1rem; border-bottom: 1px solid var(--line); max-height: 30%; overflow: auto; }
        #facts li { list-style: none; }
        #log { flex: 1; margin: 0; padding: .6rem 1rem; overflow: auto; white-space: pre-wrap; word-break: break-word;
          font: 12.5px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
        #log .error { color: var(--bad); } #log .warning { color: var(--stand); }
        .sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
        @container (max-width: 56rem) { .row { grid-template-columns: minmax(8rem, 1fr) 7rem 10.5rem minmax(4rem, 1fr); }
          .message, .seen, .head :nth-child(n+5) { display: none; } }
        @media (max-width: 48rem) { #panel { position: fixed; inset: 0; width: auto; background: var(--bg); } }
        """#
}
