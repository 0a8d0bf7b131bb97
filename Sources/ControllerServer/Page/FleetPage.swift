import ProvisioningAPI

/// The page that shows every machine's step, progress and log: one document, nothing loaded from elsewhere.
enum FleetPage {
    /// The document.
    ///
    /// - Parameter nonce: a fresh random word, which the answer's Content-Security-Policy names: no other script runs.
    static func document(nonce: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Martlet: machines</title>
        <style nonce="\(nonce)">\(style)</style>
        </head>
        <body>
        <header>
        <h1>Martlet</h1>
        <label class="sr" for="search">Search machines</label>
        <input id="search" type="search" placeholder="Search name, step, address, message" autocomplete="off">
        <div class="filters" id="filters" role="group" aria-label="Show only machines in one state"></div>
        <span id="link" role="status">Connecting</span>
        </header>
        <main>
        <div id="table">
        <div id="grid" role="grid" aria-label="Machines" style="display:contents">
        <div class="row head" role="row" aria-rowindex="1">
        <span role="columnheader">Machine</span><span role="columnheader">State</span>
        <span role="columnheader">Step</span><span role="columnheader">Progress</span>
        <span role="columnheader">Last line</span><span role="columnheader">Heard from</span>
        </div>
        <div id="scroll" tabindex="0" role="rowgroup" aria-label="Machines; arrow keys select one">
        <div id="empty" hidden></div>
        <div id="rows"></div>
        </div>
        </div>
        </div>
        <aside id="panel" aria-labelledby="name" hidden>
        <div class="top"><h2 id="name"></h2><button id="close" type="button">Close</button></div>
        <ul id="facts"></ul>
        <div id="log" role="log" aria-label="Log" tabindex="0"></div>
        </aside>
        </main>
        <script nonce="\(nonce)" type="application/json" id="steps">\(steps)</script>
        <script nonce="\(nonce)">\(script)</script>
        </body>
        </html>

        """
    }

    /// The names of the steps in their order, as JSON; they need no escapes.
    private static var steps: String {
        "[" + StepName.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ",") + "]"
    }
}
