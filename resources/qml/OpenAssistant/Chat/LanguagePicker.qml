pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Templates as T
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** The languages a prompt can be marked with; the first entry goes back to guessing. */
SafePopup {
    id: root

    padding: 5

    contentItem: ListView {
        id: list

        boundsBehavior: Flickable.StopAtBounds
        clip: true
        focus: true
        implicitHeight: Math.min(contentHeight, Theme.scaled(320))
        implicitWidth: Theme.scaled(220)
        keyNavigationEnabled: true
        model: ComposerViewModel.languages

        T.ScrollBar.vertical: SafeScrollBar {}

        header: SafeMenuItem {
            checkable: true
            checked: ComposerViewModel.languageAuto
            objectName: "languageAuto"
            text: qsTr("By its letters")
            width: list.width

            onTriggered: {
                ComposerViewModel.setLanguage("");
                root.close();
            }
        }
        delegate: SafeMenuItem {
            required property string key
            required property string title

            checkable: true
            checked: !ComposerViewModel.languageAuto && ComposerViewModel.language === key
            highlighted: ListView.isCurrentItem && list.activeFocus
            objectName: "language-" + key
            shortcutText: key
            text: title
            width: list.width

            Keys.onReturnPressed: triggered()

            onTriggered: {
                ComposerViewModel.setLanguage(key);
                root.close();
            }
        }
    }
}
