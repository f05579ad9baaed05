pragma Singleton
pragma ComponentBehavior: Bound

import QtQuick
import "palettes.js" as Data

/** Every colour, size, radius and duration of the window. Palettes are data in palettes.js. */
QtObject {
    id: root

    /** "system", "light" or "dark"; set by the app from its settings. */
    property string mode: "system"
    /** Scales all text; 1.0 = 15 px body. */
    property real textScale: 1.0
    /** False switches all motion off; starts as what the system asks for. */
    property bool motion: !root.systemWantsLessMotion

    /** True when the system asks for high contrast: thin lines and muted text become strong. */
    property bool highContrast: Application.styleHints.accessibility.contrastPreference === Qt.ContrastPreference.HighContrast

    readonly property bool systemWantsLessMotion: Application.styleHints.accessibility.motionPreference
                                                  === Qt.MotionPreference.ReducedMotion
    readonly property bool dark: root.mode === "dark"
                                 || (root.mode !== "light" && Application.styleHints.colorScheme === Qt.Dark)
    readonly property var palette: root.dark ? Data.palettes.dark : Data.palettes.light

    readonly property color ground: root.palette.ground
    readonly property color panel: root.palette.panel
    readonly property color raised: root.palette.raised
    readonly property color line: root.highContrast ? root.palette.lineStrong : root.palette.line
    /** Outlines of inputs and chips: 3:1 against every ground. */
    readonly property color lineStrong: root.palette.lineStrong
    readonly property color ink: root.palette.ink
    readonly property color muted: root.highContrast ? root.palette.ink : root.palette.muted
    /** Muted text on accentSoft, hover and pressed. */
    readonly property color mutedOnSoft: root.highContrast ? root.palette.ink : root.palette.mutedOnSoft
    /** Fills and marks; for accent-coloured text use accentInk. */
    readonly property color accent: root.palette.accent
    readonly property color accentHover: root.palette.accentHover
    readonly property color accentPressed: root.palette.accentPressed
    readonly property color accentInk: root.palette.accentInk
    readonly property color accentSoft: root.palette.accentSoft
    readonly property color inkOnAccent: root.palette.inkOnAccent
    /** Text of a score a machine gave; machineLine outlines it. */
    readonly property color machine: root.palette.machine
    readonly property color machineLine: root.palette.machineLine
    readonly property color machineSoft: root.palette.machineSoft
    readonly property color danger: root.palette.danger
    readonly property color dangerHover: root.palette.dangerHover
    readonly property color dangerSoft: root.palette.dangerSoft
    readonly property color inkOnDanger: root.palette.inkOnDanger
    readonly property color warning: root.palette.warning
    readonly property color warningSoft: root.palette.warningSoft
    readonly property color focus: root.palette.focus
    readonly property color hover: root.palette.hover
    readonly property color pressed: root.palette.pressed
    readonly property color selection: root.palette.selection
    readonly property color selectionInk: root.palette.selectionInk
    readonly property color scrim: root.palette.scrim
    readonly property color shadow: root.palette.shadow
    readonly property color code: root.palette.code
    readonly property color codeInk: root.palette.codeInk

    readonly property int space1: 4
    readonly property int space2: 8
    readonly property int space3: 12
    readonly property int space4: 16
    readonly property int space5: 20
    readonly property int space6: 24
    readonly property int space8: 32
    readonly property int space10: 40
    readonly property int space12: 48

    readonly property int radiusSmall: 8
    readonly property int radius: 10
    readonly property int radiusLarge: 14

    readonly property string fontFamily: "Inter"
    readonly property string monoFamily: "JetBrains Mono"
    readonly property int sizeCaption: root.scaled(11)
    readonly property int sizeSecondary: root.scaled(12)
    readonly property int sizeControl: root.scaled(13)
    readonly property int sizeBody: root.scaled(15)
    readonly property int sizeTitle: root.scaled(17)
    readonly property int sizeHeading: root.scaled(20)
    readonly property int sizeDisplay: root.scaled(26)
    readonly property real lineHeight: 1.35

    readonly property int controlHeight: Math.max(32, root.scaled(13) + 19)
    readonly property int controlHeightSmall: Math.max(24, root.scaled(12) + 12)
    /** Reading width of a message: 46 rem. */
    readonly property int columnWidth: root.scaled(16) * 46
    readonly property int iconSize: 20

    readonly property int durationFast: root.motion ? 90 : 0
    readonly property int duration: root.motion ? 160 : 0

    /** Pixels of a text size under the current scale. */
    function scaled(pixels: real): int {
        return Math.max(1, Math.round(pixels * root.textScale));
    }

    /** Size of a heading of level 1 to 6 inside a message. */
    function headingSize(level: int): int {
        return root.scaled([22, 19, 17, 15, 15, 14][Math.min(Math.max(level, 1), 6) - 1]);
    }

    /** Fills the roles (`@codeInk`, `@mono`) of our own block markup; a literal @ of a text is escaped there. */
    function paint(markup: string): string {
        return markup.replace(/@(\w+)/g, (match, role) => {
            if (role === "mono")
                return "'" + root.monoFamily + "'";
            if (role === "codeSize")
                return root.scaled(13) + "px";
            return root.palette[role] ?? root.palette.ink;
        });
    }
}
