import QtQuick
import OpenAssistant.Backend

/** The keys of the chat page that work wherever the focus is. AppViewModel lists them for the sheet. */
Item {
    id: root

    signal newRequested
    signal searchRequested
    signal findRequested
    signal listToggled
    signal treeToggled
    signal modelsRequested
    signal exportRequested
    signal endRequested
    signal pageRequested(step: int)

    visible: false

    Shortcut {
        enabled: !AppViewModel.readOnly
        sequence: "Ctrl+N"

        onActivated: root.newRequested()
    }

    Shortcut {
        sequence: "Ctrl+K"

        onActivated: root.searchRequested()
    }

    Shortcut {
        sequence: "Ctrl+F"

        onActivated: root.findRequested()
    }

    Shortcut {
        sequence: "Ctrl+B"

        onActivated: root.listToggled()
    }

    Shortcut {
        sequence: "Ctrl+Shift+B"

        onActivated: root.treeToggled()
    }

    Shortcut {
        sequence: "Ctrl+L"

        onActivated: root.modelsRequested()
    }

    Shortcut {
        sequence: "Ctrl+E"

        onActivated: root.exportRequested()
    }

    Shortcut {
        sequence: "Ctrl+R"

        onActivated: ThreadViewModel.regenerateLast()
    }

    Shortcut {
        enabled: !AppViewModel.readOnly
        sequence: "Ctrl+Shift+R"

        onActivated: ThreadViewModel.continueLast()
    }

    Shortcut {
        sequence: "Ctrl+Shift+C"

        onActivated: ThreadViewModel.copyLastReply()
    }

    Shortcut {
        sequence: "Ctrl+PgUp"

        onActivated: ConversationsViewModel.openNeighbour(-1)
    }

    Shortcut {
        sequence: "Ctrl+PgDown"

        onActivated: ConversationsViewModel.openNeighbour(1)
    }

    Shortcut {
        sequence: "PgUp"

        onActivated: root.pageRequested(-1)
    }

    Shortcut {
        sequence: "PgDown"

        onActivated: root.pageRequested(1)
    }

    Shortcut {
        sequence: "Ctrl+End"

        onActivated: root.endRequested()
    }

    Shortcut {
        enabled: ThreadViewModel.streaming || ThreadViewModel.waiting
        sequence: "Esc"

        onActivated: ThreadViewModel.stop()
    }
}
