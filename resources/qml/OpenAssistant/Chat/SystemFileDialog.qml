pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Dialogs

/** The file dialog of Windows and macOS. Elsewhere there is none to rely on, and it is not `available`:
    what Qt puts in its place reads file names as rich text, and loads the images they name.
*/
Loader {
    id: root

    readonly property bool available: root.active
    property string title: ""
    property list<string> nameFilters: []
    property bool saves: false

    signal chosen(url: string)

    /** Shows it. */
    function open(): void {
        (root.item as FileDialog)?.open();
    }

    active: ["windows", "osx"].includes(Qt.platform.os)

    sourceComponent: Component {
        FileDialog {
            id: dialog

            fileMode: root.saves ? FileDialog.SaveFile : FileDialog.OpenFile
            nameFilters: root.nameFilters
            title: root.title

            onAccepted: root.chosen(dialog.selectedFile.toString())
        }
    }
}
