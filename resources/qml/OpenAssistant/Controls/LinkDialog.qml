pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts

/** Shows where a link really goes before it opens. `confirmed` asks the page to open it; nothing opens here. */
SafeDialog {
    id: root

    property string url: ""
    /** Host in its encoded form (punycode); from Links.describe in Python. */
    property string host: ""
    property bool suspicious: false

    signal confirmed(url: string)

    /** Fills and opens the dialog. */
    function ask(url: string, host: string, suspicious: bool): void {
        root.url = url;
        root.host = host;
        root.suspicious = suspicious;
        root.open();
    }

    acceptText: qsTr("Open in browser")
    title: qsTr("Open this link?")

    onAccepted: root.confirmed(root.url)

    SafeText {
        Layout.fillWidth: true
        elide: Text.ElideMiddle
        font.weight: Font.DemiBold
        maximumLineCount: 2
        objectName: "linkHost"
        text: root.host
        wrapMode: Text.WrapAnywhere
    }

    SafeText {
        Layout.fillWidth: true
        elide: Text.ElideRight
        maximumLineCount: 6
        mono: true
        muted: true
        objectName: "linkUrl"
        role: "secondary"
        text: root.url
        wrapMode: Text.WrapAnywhere
    }

    Banner {
        Layout.fillWidth: true
        kind: "warning"
        text: qsTr("The name of this site is written with letters of more than one alphabet. It may imitate another site.")
        visible: root.suspicious
    }
}
