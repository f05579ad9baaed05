pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import OpenAssistant.Backend
import OpenAssistant.Controls
import OpenAssistant.Theme

/** The person's token for the hub: into the system's keyring, and never shown again. */
SafeDialog {
    id: root

    /** Opens with an empty field. */
    function ask(): void {
        field.clear();
        TokenViewModel.read();
        root.open();
        field.forceActiveFocus(Qt.PopupFocusReason);
    }

    function keep(): void {
        if (root.canAccept)
            TokenViewModel.keep(field.text);
    }

    acceptText: ""
    message: qsTr("A token says who you are. Make one in your settings on %1; it only has to read. It is kept in the keyring of this system and goes nowhere but there.").arg(HubSearchViewModel.host)
    rejectText: ""
    title: qsTr("Your token for %1").arg(HubSearchViewModel.host)

    canAccept: field.text.trim() !== "" && !TokenViewModel.busy

    onClosed: field.clear()

    Connections {
        function onKept(): void {
            field.clear();
            if (root.opened)
                root.close();
        }

        target: TokenViewModel
    }

    SafeText {
        Layout.fillWidth: true
        muted: true
        objectName: "tokenPlace"
        role: "secondary"
        text: TokenViewModel.place === "environment" ? qsTr("The token of HF_TOKEN in the environment is used.") : TokenViewModel.place === "keyring" ? qsTr("A token is kept. It is not shown again; a new one takes its place.") : ""
        visible: text !== ""
        wrapMode: Text.Wrap
    }

    SafeButton {
        Layout.leftMargin: -Theme.space2
        iconName: "external"
        iconTrailing: true
        objectName: "tokensPage"
        small: true
        text: qsTr("Make a token")
        variant: "quiet"

        onClicked: AppViewModel.considerLink(HubSearchViewModel.tokensPage)
    }

    SafeTextField {
        id: field

        Layout.fillWidth: true
        echoMode: TextInput.Password
        inputMethodHints: Qt.ImhHiddenText | Qt.ImhNoPredictiveText | Qt.ImhSensitiveData
        name: qsTr("Token")
        objectName: "tokenField"
        placeholderText: qsTr("hf_…")

        onSubmitted: root.keep()
    }

    ProgressLine {
        Layout.fillWidth: true
        name: qsTr("Asking whether the token is known")
        visible: TokenViewModel.busy
    }

    SafeText {
        Layout.fillWidth: true
        objectName: "tokenNote"
        role: "secondary"
        text: TokenViewModel.note
        visible: text !== ""
        wrapMode: Text.Wrap
    }

    RowLayout {
        Layout.fillWidth: true
        Layout.topMargin: Theme.space2
        spacing: Theme.space2

        SafeButton {
            objectName: "forgetToken"
            text: qsTr("Forget it")
            variant: "quiet"
            visible: TokenViewModel.place === "keyring"

            onClicked: TokenViewModel.forget()
        }

        Item {
            Layout.fillWidth: true
        }

        SafeButton {
            objectName: "rejectToken"
            text: qsTr("Cancel")

            onClicked: root.reject()
        }

        SafeButton {
            enabled: root.canAccept
            objectName: "keepToken"
            text: qsTr("Keep it")
            variant: "primary"

            onClicked: root.keep()
        }
    }
}
